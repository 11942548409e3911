import { packedReadme } from './packed-readme.ts';

const readme = {
  text: 'See [metrics](../../docs/reference/metrics.md#feed), [this](#below) and [that](https://host.example/x).',
  root: '/work',
  folder: 'libs/one',
  version: '1.2.3',
};

describe('the README that is published', () => {
  it('links to the sources of its version', () => {
    expect(packedReadme({ ...readme, repository: 'https://host.example/a/b' })).toBe(
      'See [metrics](https://host.example/a/b/blob/v1.2.3/docs/reference/metrics.md#feed), [this](#below) and [that](https://host.example/x).',
    );
  });

  it('names the page where nobody says where the sources are', () => {
    expect(packedReadme(readme)).toBe(
      'See metrics (`docs/reference/metrics.md` of the sources), [this](#below) and [that](https://host.example/x).',
    );
  });
});
