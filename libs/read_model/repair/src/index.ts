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
