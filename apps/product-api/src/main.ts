import { runService } from '@reprise/runtime';
import { serveWriteApi } from '@reprise/write-api';
import { productApi } from './product-api.ts';

await runService(productApi.name, (context) => serveWriteApi(productApi, context));
