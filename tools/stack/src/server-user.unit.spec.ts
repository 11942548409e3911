import { serverUser } from './server-user.ts';

const passwd =
  (...lines: string[]) =>
  () =>
    ['root:x:0:0:root:/root:/bin/bash', ...lines, ''].join('\n');

describe('serverUser', () => {
  it('drops nothing for an ordinary user', () => {
    expect(serverUser(1000, passwd())).toBeUndefined();
  });

  it('takes nobody for root', () => {
    const lines = passwd(
      'postgres:x:101:104::/var/lib/postgresql:/bin/bash',
      'nobody:x:65534:65534::/:/bin/false',
    );
    expect(serverUser(0, lines)).toEqual({ name: 'nobody', uid: 65_534, gid: 65_534 });
  });

  it('takes another account that exists where there is no nobody', () => {
    expect(serverUser(0, passwd('postgres:x:101:104::/:/bin/bash'))).toEqual({
      name: 'postgres',
      uid: 101,
      gid: 104,
    });
  });

  it('reads the negative ids of macOS as the system does', () => {
    const lines = passwd('nobody:*:-2:-2:Unprivileged User:/var/empty:/usr/bin/false');
    expect(serverUser(0, lines)).toEqual({ name: 'nobody', uid: 4_294_967_294, gid: 4_294_967_294 });
  });

  it('never takes an account that is root by another name', () => {
    expect(() => serverUser(0, passwd('nobody:x:0:0::/:/bin/sh'))).toThrow(/useradd/);
  });

  it('says what to do when no account is suitable', () => {
    expect(() => serverUser(0, passwd())).toThrow(/None of the accounts nobody, postgres, daemon exists/);
  });
});
