import { runService } from '@reprise/runtime';
import { serveWriteApi } from '@reprise/write-api';
import { recruitingApi } from './recruiting-api.ts';

await runService(recruitingApi.name, (context) => serveWriteApi(recruitingApi, context));
