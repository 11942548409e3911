export {
  foldInto,
  type FoldEntry,
  type FoldOutcome,
  type HeldEvent,
  type PositionOf,
} from './aggregate-fold.ts';
export { applyEvent, type Applied } from './apply-event.ts';
export { defineProjection, type Handlers, type ProjectionDefinition } from './define-projection.ts';
export { ignore, put, remove, type Outcome, type Projection } from './projection.ts';
