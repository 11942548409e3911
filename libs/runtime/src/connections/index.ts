export {
  connectionFault,
  databaseServer,
  databaseTarget,
  diagnosedFault,
  elasticsearchTarget,
  isRefusal,
  kafkaTarget,
  passesByItself,
  ServerUnusableError,
  type ConnectionFault,
  type ConnectionTarget,
} from './connection-fault.ts';
export { connectionFaults, settingsOf, type Dependency, type FaultName } from './fault-table.ts';
