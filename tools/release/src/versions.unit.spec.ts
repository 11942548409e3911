import { compare, problemsOf, type Candidate } from './versions.ts';

const candidate: Candidate = {
  tag: 'v1.2.0',
  workspace: '1.2.0',
  packages: { '@reprise/events': '1.2.0' },
  chart: { version: '3.1.0', appVersion: '1.2.0' },
  previous: { tag: 'v1.1.9', chartVersion: '3.0.0', chartChanged: true },
};

describe('a candidate for a release', () => {
  it('has no problem where all versions agree and have risen', () => {
    expect(problemsOf(candidate)).toEqual([]);
    expect(problemsOf({ ...candidate, previous: undefined })).toEqual([]);
  });

  it.each<[Partial<Candidate>, string]>([
    [{ tag: '1.2.0' }, 'The tag 1.2.0 is no version'],
    [{ packages: { '@reprise/events': '1.1.9' } }, '@reprise/events says 1.1.9, and the tag 1.2.0'],
    [{ workspace: '1.1.9' }, 'package.json says 1.1.9, and the tag 1.2.0'],
    [{ chart: { version: '3.1.0', appVersion: '1.1.9' } }, 'The chart installs 1.1.9 (appVersion)'],
    [
      { previous: { tag: 'v1.2.0', chartVersion: '3.0.0', chartChanged: true } },
      'v1.2.0 is not later than v1.2.0',
    ],
    [{ chart: { version: '3.0.0', appVersion: '1.2.0' } }, 'raise it in Chart.yaml'],
  ])('is refused with the reason: %j', (change, problem) => {
    expect(problemsOf({ ...candidate, ...change }).join('\n')).toContain(problem);
  });

  it('may keep the version of a chart that has not changed', () => {
    const previous = { tag: 'v1.1.9', chartVersion: '3.1.0', chartChanged: false };
    expect(problemsOf({ ...candidate, previous })).toEqual([]);
  });
});

describe('the order of versions', () => {
  it('is that of numbers, a pre-release before its release', () => {
    const sorted = ['v0.9.0', 'v0.10.0-rc.2', 'v0.10.0-rc.10', 'v0.10.0', 'v1.0.0'];
    expect([...sorted].reverse().sort(compare)).toEqual(sorted);
  });
});
