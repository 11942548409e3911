import { typedPath } from './typed-path.ts';

const fromNpm = { INIT_CWD: '/home/me/work', npm_package_json: '/clone/package.json' };

describe('a path that was typed', () => {
  it('is taken from the folder npm was called in, not from the one npm changed to', () => {
    expect(typedPath('canaries.json', fromNpm, '/clone')).toBe('/home/me/work/canaries.json');
    expect(typedPath('../x.json', fromNpm, '/clone')).toBe('/home/me/x.json');
  });

  it('is left alone when it is absolute', () => {
    expect(typedPath('/etc/x.json', fromNpm, '/clone')).toBe('/etc/x.json');
  });

  it('is taken from the own folder where npm did not start the process, or it was started elsewhere since', () => {
    expect(typedPath('x.json', {}, '/clone')).toBe('/clone/x.json');
    expect(typedPath('x.json', { INIT_CWD: '/home/me' }, '/clone')).toBe('/clone/x.json');
    expect(typedPath('x.json', fromNpm, '/clone/apps')).toBe('/clone/apps/x.json');
  });
});
