/** The grader of lab 02 against kernels of which it is known what they deserve. */
import { describeGradingTruth } from '../../autograder/truth/describe-grading-truth.js';
import lab from './lab.js';

describeGradingTruth(lab, { stubBelow: 10 });
