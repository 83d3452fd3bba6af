/** Grades of which it is known what they must be: reference, stub, mutants, alternatives, kernels that do not run. */
import { describeGradingTruth } from '../../autograder/truth/describe-grading-truth.js';
import lab from './lab.js';

describeGradingTruth(lab, { stubBelow: 1 });
