import { runService } from '@reprise/runtime';
import { traced } from '@reprise/trace-export';
import { serveWriteApi } from '@reprise/write-api';
import { productApi } from './product-api.ts';

await runService(
  productApi.name,
  traced(productApi.name, (context) => serveWriteApi(productApi, context)),
);
