import { EventTooLargeError } from '@reprise/outbox';
import { type RefusalReason } from '@reprise/product-domain';
import { ProblemException } from '@reprise/http';
import { productHistory, step } from '@reprise/product-events/testing';
import { errorProblem, failureProblem, NotConnectedError, OutcomeUnknownError } from '@reprise/write-api';
import { productRefusals } from './product-resource.ts';

describe('the answer to a client', () => {
  it.each<[RefusalReason, number]>([
    ['product-not-found', 404],
    ['product-deleted', 410],
    ['product-already-exists', 409],
    ['insufficient-stock', 409],
    ['stock-limit-exceeded', 409],
    ['invalid-value', 400],
  ])('for the refusal %s is %i and what was not done', (reason, status) => {
    const problem = failureProblem('product', productRefusals, {
      outcome: 'refused',
      refusal: { ok: false, reason, detail: 'Why.' },
    });
    expect(problem).toMatchObject({ slug: reason, detail: 'Why. Nothing was changed.' });
    expect(problem.getStatus()).toBe(status);
  });

  it('for an event that is too large is 413', () => {
    const [event] = productHistory({ events: [step.published()] });
    const problem = errorProblem(new EventTooLargeError(event!, 2_000_000));
    expect(problem).toBeInstanceOf(ProblemException);
    expect((problem as ProblemException).getStatus()).toBe(413);
  });

  it('for a lost answer is 503 and when to try again', () => {
    const problem = errorProblem(new OutcomeUnknownError(new Error('gone')));
    expect(problem).toMatchObject({ slug: 'outcome-unknown', extra: { retryAfterSeconds: 5 } });
  });

  it('while the database was never reached is 503 and when to try again', () => {
    const problem = errorProblem(new NotConnectedError(undefined));
    expect(problem).toMatchObject({ slug: 'dependency-unavailable', extra: { retryAfterSeconds: 5 } });
  });

  it('for any other error is left to the frame', () => {
    const error = new Error('unknown');
    expect(errorProblem(error)).toBe(error);
  });
});
