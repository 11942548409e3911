import { runProcess } from '@reprise/cli';
import { withTraces } from '@reprise/trace-export';

await runProcess((warn, command) => withTraces({ env: process.env, service: 'rebuild-job', warn }, command));
