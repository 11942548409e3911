import preset from '../../jest.preset.mjs';
import { leftOutSpecs } from '../optional-tests.mjs';

// Nx reads this file too, for the names of targets: it need not wait for what is looked for here.
const runsTests = /\bjest\b/.test(process.argv[1]);

export default { ...preset, testPathIgnorePatterns: runsTests ? leftOutSpecs('tools/images') : [] };
