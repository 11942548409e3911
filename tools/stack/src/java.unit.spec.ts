import { chooseJava, javaMajor, javaMissing, type Java } from './java.ts';

const java = (major: number, source = '/usr/lib/jvm'): Java => ({
  major,
  source,
  home: `/jvm/${source}/${major}`,
});

describe('javaMajor', () => {
  it.each([
    ['25.0.3', 25],
    ['21', 21],
    ['21-ea', 21],
    ['17.0.15+6', 17],
    ['1.8.0_412', 8],
    ['"21.0.2"', 21],
  ])('reads %s as release %i', (version, major) => {
    expect(javaMajor(version)).toBe(major);
  });

  it.each(['', 'abc', 'v21', '.21'])('takes %j for no version', (version) => {
    expect(javaMajor(version)).toBeUndefined();
  });
});

describe('chooseJava', () => {
  it('finds nothing when all are too old', () => {
    expect(chooseJava([java(17), java(11, 'JAVA_HOME'), java(20, 'PATH')])).toBeUndefined();
  });

  it('takes the one that was named explicitly before a newer one', () => {
    expect(chooseJava([java(25), java(21, 'JAVA_HOME')])).toEqual(java(21, 'JAVA_HOME'));
  });

  it('passes over an explicit one that is too old', () => {
    expect(chooseJava([java(17, 'JAVA_HOME'), java(17, 'PATH'), java(25)])).toEqual(java(25));
  });

  it('prefers the newest release the servers were made for to a newer one', () => {
    expect(chooseJava([java(27), java(21), java(25), java(24)])).toEqual(java(25));
    expect(chooseJava([java(28), java(26)])).toEqual(java(26));
  });
});

describe('javaMissing', () => {
  it('names what was found, and every way out', () => {
    const message = javaMissing([java(17, 'PATH')], []);
    expect(message).toContain('Java 17 at /jvm/PATH/17 (PATH)');
    expect(message).toContain('JAVA_HOME');
    expect(message).toContain('--docker');
  });

  it('says that a usable Java is closed to the account of the servers', () => {
    const message = javaMissing([], [java(25, 'JAVA_HOME')], { name: 'nobody', uid: 65_534, gid: 65_534 });
    expect(message).toContain('the account "nobody" that the servers run as may not read it');
    expect(message).toContain('Java 25');
  });
});
