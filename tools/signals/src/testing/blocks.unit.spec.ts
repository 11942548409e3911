import { blocks, blocksIn } from './blocks.ts';
import { situations } from './situations.ts';

describe('a shell block of the runbook', () => {
  it('says which situation it is for, and how its lines end', () => {
    const text =
      'A\n\n<!-- in: drifted, exits 2 0 -->\n\n```sh\na\nb\n```\n\n<!-- in: healthy -->\n\n```sh\nc\n```\n';
    expect(blocksIn('page.md', text)).toEqual([
      { at: 'page.md:3', situation: 'drifted', exits: [2, 0], lines: ['a', 'b'] },
      { at: 'page.md:10', situation: 'healthy', exits: [0], lines: ['c'] },
    ]);
  });

  it('is refused without one, with its place', () => {
    expect(() => blocksIn('page.md', 'A\n\n```sh\na\n```\n')).toThrow(/^page\.md:3: which situation/);
  });

  it('is for one that the test can bring about, and every one of those has a block', () => {
    expect(blocks.length).toBeGreaterThan(30);
    expect([...new Set(blocks.map(({ situation }) => situation))].sort()).toEqual(
      Object.keys(situations).sort(),
    );
  });
});
