export { applyEvent, type Applied, type Projection } from './projection.ts';
