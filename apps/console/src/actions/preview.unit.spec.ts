import type { ActionRequest, LegalAction, ReadModelCard } from '../contract/index.ts';
import { previewOf } from './preview.ts';
import { specOf } from './specs.ts';

const unknown = { known: false, why: 'a test' } as const;
const promotion = (generation: string | null, legal: boolean, why: string): LegalAction => ({
  ...{ action: 'promote', role: 'operator', generation, legal, why },
});

/** What keeps readers from being switched to `product_search_v1_a` where these promotions are known. */
function refusalWith(...actions: LegalAction[]): string | null {
  const card = { actions, serving: { generation: unknown, caveats: [] }, rollback: unknown, room: unknown };
  return previewOf({
    spec: specOf('promote'),
    request: { action: 'promote', projection: null, options: { generation: 'product_search_v1_a' } },
    environment: { name: 'test', production: false, version: '1' },
    ...{ words: [], card: card as unknown as ReadModelCard, touches: null, twoPersons: true },
  }).refusal;
}

describe('a comparison', () => {
  const planned = (options: ActionRequest['options']) =>
    previewOf({
      spec: specOf('verify'),
      request: { action: 'verify', projection: 'product_search', options },
      environment: { name: 'prod-eu', production: true, version: '1' },
      ...{ words: [], card: undefined, touches: null, twoPersons: false },
    });

  it('puts nothing at stake unless it has what differs repaired, which is confirmed in production', () => {
    expect(planned({ deep: true })).toMatchObject({
      ...{ atStake: ['Nothing: it only reads.'], confirmation: null },
    });
    expect(planned({ repair: true })).toMatchObject({
      atStake: [expect.stringContaining('Documents that differ are built again')],
      confirmation: 'prod-eu',
    });
  });
});

describe('what needs a second person, where two are required', () => {
  it.each<[ActionRequest['action'], ActionRequest['options'], boolean]>([
    ['promote', { generation: 'product_search_v1_a' }, true],
    ['rollback', {}, true],
    ['rebuild', {}, true],
    ['rebuild', { resume: true, maxShrink: '1', allowEmpty: true, poisonBudget: '999' }, true],
    ['rebuild', { noPromote: true }, false],
    ['rebuild', { untilTs: '2026-12-01T06:00Z' }, false],
    ['repair', { all: true }, false],
    ['prune', {}, false],
  ])('is what switches readers: %s %j', (action, options, isNeeded) => {
    const plan = (twoPersons: boolean) =>
      previewOf({
        spec: specOf(action),
        request: { action, projection: 'product_search', options },
        environment: { name: 'prod-eu', production: true, version: '1' },
        ...{ words: [], card: undefined, touches: null, twoPersons },
      });
    expect(plan(true).needsApproval).toBe(isNeeded);
    expect(plan(true).willDo.some((sentence) => sentence.startsWith('Switches readers'))).toBe(isNeeded);
    expect(plan(false).needsApproval).toBe(false);
  });
});

describe('a promotion', () => {
  it('of a generation that can be promoted is legal, whatever others can', () => {
    const own = promotion('product_search_v1_a', true, '');
    expect(refusalWith(promotion('product_search_v1_b', true, ''), own)).toBeNull();
  });

  it('of one that readers are on, or that is incomplete, is not, though others can be promoted', () => {
    expect(refusalWith(promotion('product_search_v1_b', true, ''))).toBe(
      'product_search_v1_a is no complete generation, or readers are on it already.',
    );
  });

  it('names what keeps every generation from it', () => {
    expect(refusalWith(promotion('product_search_v1_b', false, 'A run works on it.'))).toBe(
      'A run works on it.',
    );
    expect(refusalWith(promotion(null, false, 'There is no complete generation.'))).toBe(
      'There is no complete generation.',
    );
  });
});
