/*
 * The SQL of the repair queue. All times are the database's own, so that the clocks of workers play no part. A claim sets
 * `next_attempt_at` to the end of its lease: a task whose worker died becomes due again on its own, found through the same index.
 */

/** Takes turns adding, so that the bound holds among all who add at once. The number is this lock's alone in the database. */
export const lockAdding = 'SELECT pg_advisory_xact_lock(8274615309)';

/** $1: bound. Counts no further than the bound. */
export const countUpTo =
  'SELECT count(*)::int AS held FROM (SELECT FROM registry.repair_tasks LIMIT $1) AS tasks';

/** $1 to $5: columns of the tasks. Gives the ordinal (from 1) of those in the queue already. */
export const askAnew = `
  UPDATE registry.repair_tasks AS held
  SET reason = given.reason, error = coalesce(given.error, held.error), requests = held.requests + 1,
      state = 'OPEN', updated_at = clock_timestamp(),
      failures = CASE WHEN held.state = 'FAILED' THEN 0 ELSE held.failures END,
      next_attempt_at = CASE WHEN held.claim_id IS NOT NULL THEN held.next_attempt_at
                             WHEN held.state = 'FAILED' OR given.reason = 'operator' THEN clock_timestamp()
                             ELSE held.next_attempt_at END
  FROM unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::text[])
       WITH ORDINALITY AS given (projection, projection_version, aggregate_id, reason, error, at)
  WHERE held.projection = given.projection AND held.projection_version = given.projection_version
    AND held.aggregate_id = given.aggregate_id
  RETURNING given.at::int`;

export const insertTasks = `
  INSERT INTO registry.repair_tasks (projection, projection_version, aggregate_id, aggregate_type, reason, error)
  SELECT projection, projection_version, aggregate_id, aggregate_type, reason, error
  FROM unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[])
       AS given (projection, projection_version, aggregate_id, reason, error, aggregate_type)`;

export const noteRefusals = `
  INSERT INTO registry.repair_refusals AS held (projection, refused, last_refused_at)
  VALUES ($1, $2, clock_timestamp())
  ON CONFLICT (projection) DO UPDATE
  SET refused = held.refused + excluded.refused, last_refused_at = excluded.last_refused_at`;

/** $1: failures after which a task is abandoned. For tasks whose worker died every time it took them. */
export const giveUpDead = `
  UPDATE registry.repair_tasks
  SET state = 'FAILED', updated_at = clock_timestamp(), claim_id = NULL, lease_holder = NULL, lease_expires_at = NULL,
      error = 'its worker (' || lease_holder || ') ended without a word, each time it was taken up'
  WHERE state = 'OPEN' AND claim_id IS NOT NULL AND lease_expires_at <= clock_timestamp() AND failures + 1 >= $1`;

/**
 * $1: claim, $2: holder, $3: lease in ms, $4: limit, $5 and $6: projections and their versions, $7: only tasks not taken up
 * since, or null for tasks that are due; then whatever is not leased is taken, abandoned or not.
 */
export const claimTasks = `
  UPDATE registry.repair_tasks AS task
  SET state = 'OPEN', attempts = attempts + 1, claim_id = $1, lease_holder = $2, attempted_at = clock_timestamp(),
      failures = CASE WHEN claim_id IS NULL THEN failures ELSE failures + 1 END,
      lease_expires_at = clock_timestamp() + $3 * interval '1 millisecond',
      next_attempt_at = clock_timestamp() + $3 * interval '1 millisecond', updated_at = clock_timestamp()
  FROM (
    SELECT projection, projection_version, aggregate_id FROM registry.repair_tasks
    WHERE (projection, projection_version) IN (SELECT * FROM unnest($5::text[], $6::int[]))
      AND CASE WHEN $7::timestamptz IS NULL THEN state = 'OPEN' AND next_attempt_at <= clock_timestamp()
               ELSE (attempted_at IS NULL OR attempted_at < $7::timestamptz)
                    AND (lease_expires_at IS NULL OR lease_expires_at <= clock_timestamp()) END
    ORDER BY next_attempt_at LIMIT $4 FOR UPDATE SKIP LOCKED) AS due
  WHERE task.projection = due.projection AND task.projection_version = due.projection_version
    AND task.aggregate_id = due.aggregate_id`;

const key = 'projection = $1 AND projection_version = $2 AND aggregate_id = $3 AND claim_id = $4';

/** $1 to $4: key and claim, $5: requests when it was claimed. */
export const removeDone = `DELETE FROM registry.repair_tasks WHERE ${key} AND requests = $5`;

const unleased = 'claim_id = NULL, lease_holder = NULL, lease_expires_at = NULL';

/** $1 to $4: key and claim. What was asked for meanwhile is due at once, like a new task. */
export const askedAgain = `
  UPDATE registry.repair_tasks SET ${unleased}, next_attempt_at = clock_timestamp(), failures = 0 WHERE ${key}`;

/** $1 to $4: key and claim. As if it had not been taken up. */
export const release = `
  UPDATE registry.repair_tasks SET ${unleased}, next_attempt_at = clock_timestamp(), attempts = attempts - 1 WHERE ${key}`;

/** $1 to $4: key and claim, $5: error, $6: whether it counts, $7: failures after which it is abandoned, $8: ms until the next attempt. */
export const noteFailure = `
  UPDATE registry.repair_tasks
  SET ${unleased}, error = $5, updated_at = clock_timestamp(), failures = failures + $6::int,
      state = CASE WHEN failures + $6::int >= $7 THEN 'FAILED' ELSE 'OPEN' END,
      next_attempt_at = clock_timestamp() + $8 * interval '1 millisecond'
  WHERE ${key} RETURNING state`;

/** $1: when, $2 and $3: projections and their versions. */
export const anyUntouched = `
  SELECT EXISTS (
    SELECT FROM registry.repair_tasks
    WHERE (projection, projection_version) IN (SELECT * FROM unnest($2::text[], $3::int[]))
      AND (attempted_at IS NULL OR attempted_at < $1::timestamptz)) AS untouched`;

/** $1: when, $2 to $4: keys. */
export const settle = `
  DELETE FROM registry.repair_tasks AS task USING unnest($2::text[], $3::int[], $4::text[]) AS given (p, v, id)
  WHERE projection = p AND projection_version = v AND aggregate_id = id AND claim_id IS NULL AND updated_at < $1::timestamptz`;

/** For tasks of versions that no generation is of any more: there is nothing left to repair. */
export const dropObsolete = `
  DELETE FROM registry.repair_tasks AS task
  WHERE claim_id IS NULL AND NOT EXISTS (
    SELECT FROM registry.generations AS generation
    WHERE generation.projection = task.projection AND generation.projection_version = task.projection_version
      AND generation.state IN ('BUILDING', 'INTERRUPTED', 'BUILT', 'VERIFIED', 'LIVE', 'STANDBY'))`;

export const countTasks = `
  SELECT count(*) FILTER (WHERE state = 'OPEN')::int AS open, count(*) FILTER (WHERE state = 'FAILED')::int AS failed,
         count(*) FILTER (WHERE claim_id IS NOT NULL AND lease_expires_at > clock_timestamp())::int AS leased,
         extract(epoch FROM clock_timestamp() - min(created_at) FILTER (WHERE state = 'OPEN'))::float8 AS oldest_open
  FROM registry.repair_tasks WHERE $1::text[] IS NULL OR projection = ANY ($1)`;

export const countRefusals = `
  SELECT coalesce(sum(refused), 0)::float8 AS refused, max(last_refused_at) AS last_refused_at
  FROM registry.repair_refusals WHERE $1::text[] IS NULL OR projection = ANY ($1)`;
