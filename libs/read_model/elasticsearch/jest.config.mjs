import preset from '../../../jest.preset.mjs';

/** Its tests wait for servers most of the time, so two files run side by side. */
export default { ...preset, maxWorkers: 2 };
