export { flushPatienceMs, traced, withTraces, type TracedProcess } from './with-traces.ts';
