import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Put, Res } from '@nestjs/common';
import { ApiBody, ApiExtraModels, ApiTags, getSchemaPath } from '@nestjs/swagger';
import {
  adjustStock,
  changeCategory,
  changeDetails,
  changePrice,
  deleteProduct,
  publish,
  unpublish,
} from '@reprise/product-domain';
import { ApiProblem, validationProblem, type HttpReply } from '@reprise/runtime/http';
import { type ExpectedVersion, entityTagOf } from './if-match.ts';
import { ChangesProduct, CreatesProduct, ReadsProduct } from './product-api-documentation.ts';
import { ProductCommands, type CommandSource, type Decider } from './product-commands.ts';
import { errorProblem, failureProblem, refusalProblem } from './product-problems.ts';
import { ProductResponse } from './product-response.ts';
import { ProductStore, type WriteResult } from './product-store.ts';
import { IfMatch, productIdPipe, Source } from './request-headers.ts';
import {
  AdjustStockRequest,
  ChangeCategoryRequest,
  ChangeDetailsRequest,
  ChangePriceRequest,
  DeleteProductRequest,
} from './requests/change.requests.ts';
import { CreateProductRequest } from './requests/create-product.request.ts';

/** The write API. Reading is for the editor of a product; searching is another service's. */
@ApiTags('products')
@Controller('v1/products')
export class ProductController {
  readonly #commands: ProductCommands;
  readonly #store: ProductStore;

  constructor(commands: ProductCommands, store: ProductStore) {
    this.#commands = commands;
    this.#store = store;
  }

  @Post()
  @CreatesProduct()
  async create(
    @Body() body: CreateProductRequest,
    @Source() source: CommandSource,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<ProductResponse> {
    const product = await answer(this.#commands.create(body, source), reply);
    reply.header('location', `/v1/products/${product.id}`);
    return product;
  }

  @Get(':id')
  @ReadsProduct()
  async read(
    @Param('id', productIdPipe) id: string,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<ProductResponse> {
    const state = await this.#store.find(id);
    if (state === undefined) {
      throw refusalProblem({ reason: 'product-not-found', detail: 'There is no such product.' });
    }
    if (state.status === 'deleted') {
      throw refusalProblem({ reason: 'product-deleted', detail: `Product ${id} was deleted.` });
    }
    reply.header('etag', entityTagOf(state.version));
    return new ProductResponse(state);
  }

  @Patch(':id/details')
  @ChangesProduct('Change any of title, description, brand and tags')
  @ApiExtraModels(ChangeDetailsRequest)
  @ApiBody({ schema: { allOf: [{ $ref: getSchemaPath(ChangeDetailsRequest) }], minProperties: 1 } })
  changeDetails(
    @Param('id', productIdPipe) id: string,
    @IfMatch() expected: ExpectedVersion,
    @Body() body: ChangeDetailsRequest,
    @Source() source: CommandSource,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<ProductResponse> {
    if (Object.values(body).every((value) => value === undefined)) {
      throw validationProblem([{ field: 'body', message: 'body must name at least one detail to change' }]);
    }
    return this.#change('change-details', changeDetails, id, expected, body, source, reply);
  }

  @Put(':id/price')
  @ChangesProduct('Set the price')
  changePrice(
    @Param('id', productIdPipe) id: string,
    @IfMatch() expected: ExpectedVersion,
    @Body() body: ChangePriceRequest,
    @Source() source: CommandSource,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<ProductResponse> {
    return this.#change('change-price', changePrice, id, expected, body, source, reply);
  }

  @Put(':id/category')
  @ChangesProduct('Move to another category')
  changeCategory(
    @Param('id', productIdPipe) id: string,
    @IfMatch() expected: ExpectedVersion,
    @Body() body: ChangeCategoryRequest,
    @Source() source: CommandSource,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<ProductResponse> {
    return this.#change('change-category', changeCategory, id, expected, body, source, reply);
  }

  @Post(':id/stock-adjustments')
  @HttpCode(200)
  @ChangesProduct('Add to or remove from the stock')
  @ApiProblem(409, 'There is not enough stock, or too much', 'insufficient-stock', 'stock-limit-exceeded')
  adjustStock(
    @Param('id', productIdPipe) id: string,
    @IfMatch() expected: ExpectedVersion,
    @Body() body: AdjustStockRequest,
    @Source() source: CommandSource,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<ProductResponse> {
    return this.#change('adjust-stock', adjustStock, id, expected, body, source, reply);
  }

  @Post(':id/publish')
  @HttpCode(200)
  @ChangesProduct('Offer a draft')
  publish(
    @Param('id', productIdPipe) id: string,
    @IfMatch() expected: ExpectedVersion,
    @Source() source: CommandSource,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<ProductResponse> {
    return this.#change('publish', publish, id, expected, {}, source, reply);
  }

  @Post(':id/unpublish')
  @HttpCode(200)
  @ChangesProduct('Withdraw a published product')
  unpublish(
    @Param('id', productIdPipe) id: string,
    @IfMatch() expected: ExpectedVersion,
    @Source() source: CommandSource,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<ProductResponse> {
    return this.#change('unpublish', unpublish, id, expected, {}, source, reply);
  }

  @Delete(':id')
  @ChangesProduct('Delete permanently; the answer is the final state of the product')
  @ApiBody({ type: DeleteProductRequest, required: false })
  delete(
    @Param('id', productIdPipe) id: string,
    @IfMatch() expected: ExpectedVersion,
    @Body() body: DeleteProductRequest,
    @Source() source: CommandSource,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<ProductResponse> {
    return this.#change('delete', deleteProduct, id, expected, body, source, reply);
  }

  #change<Data>(
    command: string,
    decider: Decider<Data>,
    id: string,
    expected: ExpectedVersion,
    data: Data,
    source: CommandSource,
    reply: HttpReply,
  ): Promise<ProductResponse> {
    return answer(this.#commands.change(command, decider, id, expected, data, source), reply);
  }
}

async function answer(result: Promise<WriteResult>, reply: HttpReply): Promise<ProductResponse> {
  const outcome = await result.catch((error: unknown) => {
    throw errorProblem(error);
  });
  if (!('state' in outcome)) throw failureProblem(outcome);
  reply.header('etag', entityTagOf(outcome.state.version));
  if (outcome.outcome === 'replayed') reply.header('idempotency-replayed', 'true');
  return new ProductResponse(outcome.state);
}
