import { constraints, owners, scopes, types } from './constraints.mjs';
import { findViolations } from './violations.ts';

const contract = ['scope:log', 'type:contract', 'context:none'];

describe('A project', () => {
  const judged = (tags: readonly string[]) =>
    findViolations({ projects: [{ name: 'judged', tags }], imports: [] }, constraints).map(
      ({ rule }) => rule,
    );

  it('may carry one known tag of each axis', () => {
    expect(judged(contract)).toEqual([]);
  });

  it.each([
    { tags: [], fault: 'no tag' },
    { tags: ['scope:read', 'context:none'], fault: 'no type' },
    { tags: ['type:domain', 'context:none'], fault: 'no scope' },
    { tags: ['scope:read', 'type:domain'], fault: 'no context' },
    { tags: ['scope:read', 'scope:write', 'type:domain', 'context:none'], fault: 'two scopes' },
    { tags: ['scope:read', 'type:domain', 'type:app', 'context:none'], fault: 'two types' },
    { tags: ['scope:reading', 'type:domain', 'context:none'], fault: 'an unknown scope' },
    { tags: ['scope:read', 'type:domain', 'context:none', 'layer:1'], fault: 'an unknown axis' },
    { tags: [...contract, 'context:product'], fault: 'two contexts' },
    { tags: ['scope:log', 'type:contract', 'context:shipping'], fault: 'an unknown context' },
  ])('is at fault with $fault', ({ tags }) => {
    expect(judged(tags)).toEqual(['one-tag-per-axis']);
  });
});

it('judges by tags that projects can carry', () => {
  const known = Object.entries({ scope: scopes, type: types, context: owners }).flatMap(([axis, names]) =>
    names.map((name) => `${axis}:${name}`),
  );
  for (const row of constraints) {
    const mentioned = [row.sourceTag, ...(row.allSourceTags ?? []), ...(row.onlyDependOnLibsWithTags ?? [])];
    expect(known).toEqual(expect.arrayContaining(mentioned.filter((tag) => tag !== undefined)));
  }
});
