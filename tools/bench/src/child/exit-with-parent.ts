/** Ends this process when its parent has gone or has let go of it, so that no contender outlives its benchmark. */
process.once('disconnect', () => process.exit());
