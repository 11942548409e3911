import { productAggregateType } from '@reprise/events';
import { outboxInsertFrom } from '@reprise/outbox';
import { type Statement } from '../write-database.ts';

const columns =
  'id, version, title, description, brand, category_id, price_minor, currency, stock, tags, status, created_at, updated_at';

export const findProduct: Statement = {
  name: 'find-product',
  text: `SELECT ${columns} FROM products WHERE id = $1`,
};

export const lockProduct: Statement = {
  name: 'lock-product',
  text: `${findProduct.text} FOR UPDATE`,
};

export const lockProducts: Statement = {
  name: 'lock-products',
  text: `SELECT ${columns} FROM products WHERE id = ANY($1) ORDER BY id FOR UPDATE`,
};

/** Parameters 1 to 12 are the product after the change, 13 to 15 its event. The event's time is the time of the change. */
const insertProduct = `
  INSERT INTO products (id, version, title, description, brand, category_id, price_minor, currency, stock, tags, status,
    created_at, updated_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)
  RETURNING id`;

/** Changes the version before, and no row when another change came first. */
const updateProduct = `
  UPDATE products SET version = $2::int, title = $3, description = $4, brand = $5, category_id = $6, price_minor = $7,
    currency = $8, stock = $9, tags = $10, status = $11, updated_at = $12
  WHERE id = $1 AND version = $2::int - 1
  RETURNING id`;

const storeEvent = `
  INSERT INTO event_store (event_id, aggregate_type, aggregate_id, aggregate_version, type, occurred_at, envelope)
  SELECT $13::uuid, '${productAggregateType}', id, $2::int, $14, $12::timestamptz, $15::json FROM changed
  RETURNING event_id, aggregate_id, aggregate_version, type, envelope`;

const keepAnswer = `
  INSERT INTO idempotency_keys (key, request_hash, answer)
  SELECT $16, $17, $18::json FROM changed`;

/**
 * A change is one statement, so it is one transaction without a round trip to open or close it: the row of the product, its
 * event, the outbox message and the kept answer are written together or not at all. Event and message are made from the row
 * that was just written, hence after its lock is held: no other change of this product can draw an outbox id in between.
 */
function changeStatement(name: string, writeProduct: string, keyed: boolean): Statement {
  const answered = keyed ? `, answered AS (${keepAnswer})` : '';
  return {
    name: keyed ? `${name}-with-key` : name,
    text: `WITH changed AS (${writeProduct}), stored AS (${storeEvent})${answered} ${outboxInsertFrom('stored')}`,
  };
}

export const changeStatements = {
  create: {
    plain: changeStatement('create-product', insertProduct, false),
    keyed: changeStatement('create-product', insertProduct, true),
  },
  update: {
    plain: changeStatement('change-product', updateProduct, false),
    keyed: changeStatement('change-product', updateProduct, true),
  },
} as const;

export const findAnswer: Statement = {
  name: 'find-answer',
  text: 'SELECT request_hash, answer FROM idempotency_keys WHERE key = $1',
};

/** The primary key of the kept answers, as an error names it. */
export const answersKey = 'idempotency_keys_pkey';

/** In portions, so that none of them runs into the statement timeout. */
export const forgetAnswers: Statement = {
  name: 'forget-answers',
  text: `DELETE FROM idempotency_keys WHERE key IN (
    SELECT key FROM idempotency_keys WHERE created_at < now() - make_interval(hours => $1)
    ORDER BY created_at LIMIT 5000)`,
};
