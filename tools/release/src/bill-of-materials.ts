import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeProductionTree } from '@reprise/images';

/** What an image holds: the npm packages of all applications, as npm lists those that it installed, in CycloneDX 1.5. */
export function billOfMaterials(root: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'release-'));
  try {
    const tree = join(folder, 'reprise');
    makeProductionTree({ root, out: tree });
    const args = ['sbom', '--sbom-format=cyclonedx', '--sbom-type=application'];
    return execFileSync('npm', args, { cwd: tree, encoding: 'utf8', maxBuffer: 2 ** 28 });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
