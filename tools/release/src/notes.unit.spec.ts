import { notesOf } from './notes.ts';

const changes = `# Changes

## 1.10.0 (2026-12-01)

- Later.

## 1.1.0 (2026-11-01)

### Changes

- Earlier.
`;

describe('the notes of a release', () => {
  it('are what stands under its heading, and under no other', () => {
    expect(notesOf(changes, 'v1.1.0')).toBe('### Changes\n\n- Earlier.\n');
    expect(notesOf(changes, 'v1.10.0')).toBe('- Later.\n');
    expect(notesOf('## [1.1.0](https://example.org)\n\n- A.\n', 'v1.1.0')).toBe('- A.\n');
  });

  it('are missed by name', () => {
    expect(() => notesOf(changes, 'v2.0.0')).toThrow('CHANGELOG.md has no heading for 2.0.0');
  });
});
