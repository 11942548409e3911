import { packedManifest, type Manifest } from './manifest.ts';

const manifest: Manifest = {
  name: '@reprise/one',
  version: '1.2.3',
  description: 'One',
  type: 'module',
  dependencies: { '@nestjs/common': '12.1.1', '@reprise/two': '*', pg: '8.23.1' },
  devDependencies: { '@reprise/test-kit': '*' },
  peerDependencies: { '@reprise/three': '*' },
  peerDependenciesMeta: { '@reprise/three': { optional: true } },
  exports: {
    '.': {
      '@reprise/source': './src/index.ts',
      types: './dist/index.d.ts',
      default: './dist/index.js',
    },
    './testing': { '@reprise/source': './src/testing/index.ts' },
  },
  nx: { name: 'one' },
};
const published = new Set(['@reprise/one', '@reprise/two', '@reprise/three']);

describe('the manifest that is published', () => {
  it('leads to what is built, and holds nothing that only the workspace reads', () => {
    const packed = packedManifest({ manifest, published, types: {} });
    expect(packed).toMatchObject({ name: '@reprise/one', version: '1.2.3', license: 'Apache-2.0' });
    expect(packed).toHaveProperty('exports', {
      '.': { types: './dist/index.d.ts', default: './dist/index.js' },
    });
    for (const field of ['nx', 'private', 'devDependencies', 'repository'])
      expect(packed).not.toHaveProperty(field);
  });

  it('pins its siblings, takes fixes of what was tested, and leaves Nest to the application', () => {
    const packed = packedManifest({ manifest, published, types: { '@types/pg': '^8.23.1' } });
    expect(packed).toMatchObject({
      dependencies: { '@reprise/two': '1.2.3', '@types/pg': '^8.23.1', pg: '~8.23.1' },
      peerDependencies: { '@nestjs/common': '^12.1.1', '@reprise/three': '1.2.3' },
      peerDependenciesMeta: { '@reprise/three': { optional: true } },
    });
    expect(packed).not.toHaveProperty(['dependencies', '@nestjs/common']);
  });

  it('names the sources where it is published with provenance', () => {
    const packed = packedManifest({ manifest, published, types: {}, repository: 'https://host.example/a/b' });
    expect(packed).toMatchObject({
      repository: { type: 'git', url: 'git+https://host.example/a/b.git' },
    });
  });

  it('is refused where a package of the workspace is needed that is not published', () => {
    expect(() => packedManifest({ manifest, published: new Set(['@reprise/one']), types: {} })).toThrow(
      '@reprise/one needs @reprise/two, which is not published',
    );
  });
});
