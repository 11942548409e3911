/**
 * The Kafka client for whatever this package does with it. While it is loaded, it compiles a JSON Schema for each kind of options, which
 * takes longer than everything else a command does before it asks a server; without `strict`, none of them is ever used. Between the two
 * imports around it they are put off. The order of the three decides: modules are evaluated as they are listed.
 */
import './compile-when-used.ts';
export {
  Admin,
  compressionsAlgorithms,
  ConfigResourceTypes,
  Consumer,
  findErrorBy,
  type BaseOptions,
} from '@platformatic/kafka';
import './compile-at-once.ts';
