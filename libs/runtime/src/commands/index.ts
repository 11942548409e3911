export { commandLine, lineOf, type PromotionLimits } from './command-line.ts';
export { exitCodes } from './exit-codes.ts';
export { program } from './program.ts';
