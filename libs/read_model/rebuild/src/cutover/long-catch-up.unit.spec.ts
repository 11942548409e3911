import { announceCatchUp } from './long-catch-up.ts';

describe('a catch-up that readers wait for', () => {
  const noticesOf = (lacking: number, batches: readonly number[]) => {
    const lines: string[] = [];
    const fed = announceCatchUp('search_v2', lacking, (line) => lines.push(line));
    batches.forEach(fed);
    return lines;
  };

  it('says what is fed before readers move, and how far it is after each fifth', () => {
    expect(noticesOf(20_000, [3_000, 1_500, 1_000, 9_000, 5_500])).toEqual([
      'feeding 20,000 events that search_v2 lacks; readers are moved after that, and stay where they are if this is stopped',
      'fed 4,500 of 20,000 events',
      'fed 14,500 of 20,000 events',
      'fed 20,000 of 20,000 events',
    ]);
  });

  it('says nothing of what takes a moment', () => {
    expect(noticesOf(9_999, [9_999])).toEqual([]);
  });
});
