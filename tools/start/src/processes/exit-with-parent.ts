/** Loaded into every application that is started here: ends it when its starter is gone, however that died. */
process.on('disconnect', () => process.exit(1));
process.channel?.unref();
