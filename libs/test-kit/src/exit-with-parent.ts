/** Loaded into every spawned application: ends it when the test process is gone, however that died. */
process.on('disconnect', () => process.exit(1));
process.channel?.unref();
