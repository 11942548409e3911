export { migrateRecruiting, runRecruitingMigrations } from './migrate.ts';
