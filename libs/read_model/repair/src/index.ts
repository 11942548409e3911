export {
  repairReasons,
  type AddResult,
  type ClaimedRepairTask,
  type NewRepairTask,
  type RepairCounts,
  type RepairKey,
  type RepairReason,
  type RepairState,
  type RepairTask,
} from './repair-task.ts';
export { RepairQueue, type ClaimRequest, type RepairQueueOptions } from './repair-queue.ts';
export { isServerFault, NothingFed, RepairRefused } from './errors.ts';
export { permanentLog } from './permanent-log.ts';
export { permanentHistory, type PermanentHistory } from './permanent-history.ts';
export {
  fedGenerations,
  repairAggregate,
  type Fault,
  type RepairedDocument,
  type RepairServers,
} from './repair-aggregate.ts';
export {
  backoffMs,
  runRepairWorker,
  type RepairTaskWork,
  type RepairWorkerOptions,
} from './repair-worker.ts';
export {
  drainQueue,
  repairNamed,
  type DrainedQueue,
  type NamedRepairs,
  type OnDemandServers,
} from './repair-on-demand.ts';
export { RepairRequests, type RequestedRepairs } from './repair-requests.ts';
export { workOffRepairs, type WorkOffInput, type WorkOffResult } from './work-off.ts';
