import preset from '../../jest.preset.mjs';

// Its files wait for installations and servers most of the time.
export default { ...preset, maxWorkers: 2 };
