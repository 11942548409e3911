import { withBefore, withCase, withEntry, withLineAfter, withMember, withName } from './edits.ts';

const flat = (text: string) => text.replace(/\s+/g, ' ').trim();

describe('An edit of a source', () => {
  it('adds an entry to a list or an object by its name, also behind as const and satisfies', () => {
    expect(flat(withEntry('const a = [1];', 'a', '2'))).toBe('const a = [1, 2, ];');
    expect(flat(withEntry('f({ on: { x: 1, } });', 'on', 'y: 2'))).toBe('f({ on: { x: 1, y: 2, } });');
    expect(flat(withEntry('const a = [] as const satisfies A;', 'a', "'b'"))).toBe(
      "const a = [ 'b', ] as const satisfies A;",
    );
  });

  it('adds a member to a union, statements before a declaration and a case to a switch', () => {
    expect(withMember('type A = B;', 'A', 'C')).toBe('type A = B | C;');
    expect(flat(withBefore('import b;\n/** A */\nexport type A = B;', 'A', 'type C = D;'))).toBe(
      'import b; type C = D; /** A */ export type A = B;',
    );
    expect(flat(withCase("switch (a) { case 'b': return 1; }", "case 'c': return 2;"))).toBe(
      "switch (a) { case 'b': return 1; case 'c': return 2; }",
    );
  });

  it('adds a name to an import or export of its module, once, and a statement where there is none', () => {
    const source = "import { a } from './a.ts';\nexport type { B } from './b.ts';\n";
    expect(withName(source, 'import', './a.ts', 'b')).toContain("import { a, b } from './a.ts'");
    expect(withName(source, 'import', './a.ts', 'a')).toBe(source);
    expect(withName(source, 'export', './b.ts', 'type C')).toContain("export type { B, C } from './b.ts'");
    expect(withName(source, 'import', './c.ts', 'c')).toContain("import { c } from './c.ts';");
  });

  it('adds a line after the last one that matches', () => {
    expect(withLineAfter('- a\n- b\nc', /^- /, '- d')).toBe('- a\n- b\n- d\nc');
  });

  it('says what it did not find', () => {
    expect(() => withEntry('const b = f();', 'b', '2')).toThrow('no list or object "b"');
    expect(() => withMember('', 'A', 'B')).toThrow('no type "A"');
    expect(() => withCase('', '')).toThrow('no switch');
    expect(() => withLineAfter('a', /^b/, 'c')).toThrow('no line looks like ^b');
  });
});
