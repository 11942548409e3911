import { candidates, leads } from './lives.ts';

describe('the sample candidates and leads', () => {
  it('are the same for the same number', () => {
    expect(candidates(20)).toEqual(candidates(20));
    expect(leads(12, ['a', 'b', 'c', 'd'])).toEqual(leads(12, ['a', 'b', 'c', 'd']));
  });

  it('reach every stage and end in every way that leaves a document', () => {
    const said = JSON.stringify([candidates(20), leads(12, ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'])]);
    for (const word of ['screening', 'interview', 'offer', 'hired', '/reject', '/placements', '/close'])
      expect(said).toContain(word);
    expect(said).not.toContain('DELETE');
  });

  it('reject nobody who was hired, and place only who was proposed', () => {
    for (const { steps } of candidates(40)) {
      const text = JSON.stringify(steps);
      expect(text.includes('hired') && text.includes('/reject')).toBe(false);
    }
    for (const { steps } of leads(12, ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'])) {
      const of = (path: string) =>
        steps.flatMap((step) => (step.path === path ? [JSON.stringify(step.body)] : []));
      expect(of('/proposals')).toEqual(expect.arrayContaining(of('/placements')));
    }
  });
});
