export { commandLine, type PromotionLimits } from './command-line.ts';
export { program } from './program.ts';
