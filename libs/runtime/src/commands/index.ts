export { commandLine, placeholder, type PromotionLimits } from './command-line.ts';
export { program } from './program.ts';
