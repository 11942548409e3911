import preset from '../../jest.preset.mjs';

/** Its tests wait for processes and servers most of the time, so two files run side by side. */
export default { ...preset, maxWorkers: 2, testMatch: ['<rootDir>/{src,web/src}/**/*.spec.ts'] };
