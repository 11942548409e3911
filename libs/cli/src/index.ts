export { runProcess, type AroundCommand } from './run-process.ts';
