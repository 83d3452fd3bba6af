/** HartLab's grader as a library: `import { grade } from 'hartlab/autograder'`. */
export { grade } from './runner/grade.js';
export type { GradeReport } from './runner/grade-report.js';
export { loadLab } from './lab/load.js';
export type { Check, LabDefinition, Scenario } from './lab/definition.js';
export { buildKernel, buildPrograms } from './toolchain/index.js';
export { createImage } from './image/index.js';
export { runMetrics } from './metrics/run-metrics.js';
