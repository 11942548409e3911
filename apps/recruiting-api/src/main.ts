import { runService } from '@reprise/runtime';
import { traced } from '@reprise/trace-export';
import { serveWriteApi } from '@reprise/write-api';
import { recruitingApi } from './recruiting-api.ts';

await runService(
  recruitingApi.name,
  traced(recruitingApi.name, (context) => serveWriteApi(recruitingApi, context)),
);
