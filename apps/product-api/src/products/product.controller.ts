import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Put, Res } from '@nestjs/common';
import { ApiBody, ApiExtraModels, ApiTags, getSchemaPath } from '@nestjs/swagger';
import {
  adjustStock,
  changeCategory,
  changeDetails,
  changePrice,
  createProduct,
  deleteProduct,
  publish,
  unpublish,
} from '@reprise/product-domain';
import { ApiProblem, type HttpReply } from '@reprise/http';
import {
  idPipe,
  IfMatch,
  namesSomething,
  operationsOf,
  Source,
  type CommandSource,
  type ExpectedVersion,
} from '@reprise/write-api';
import { ProductResource } from './product-resource.ts';
import { ProductResponse } from './product-response.ts';
import {
  AdjustStockRequest,
  ChangeCategoryRequest,
  ChangeDetailsRequest,
  ChangePriceRequest,
  DeleteProductRequest,
} from './requests/change.requests.ts';
import { CreateProductRequest } from './requests/create-product.request.ts';

const product = operationsOf({
  type: 'product',
  permissions: 'products',
  answer: ProductResponse,
  ended: { reason: 'product-deleted', says: 'The product was deleted' },
});

/** The write API. Reading is for the editor of a product; searching is another service's. */
@ApiTags('products')
@Controller('v1/products')
export class ProductController {
  readonly #products: ProductResource;

  constructor(products: ProductResource) {
    this.#products = products;
  }

  @Post()
  @product.creates('Create a product, as a draft')
  create(
    @Body() body: CreateProductRequest,
    @Source() source: CommandSource,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<ProductResponse> {
    return this.#products.create(
      'create',
      (state, { id, ...data }, context) => createProduct(state, { ...data, productId: id }, context),
      body,
      source,
      reply,
    );
  }

  @Get(':id')
  @product.reads('Read the current state of a product')
  read(
    @Param('id', idPipe) id: string,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<ProductResponse> {
    return this.#products.read(id, reply);
  }

  @Patch(':id/details')
  @product.changes('Change any of title, description, brand and tags')
  @ApiExtraModels(ChangeDetailsRequest)
  @ApiBody({ schema: { allOf: [{ $ref: getSchemaPath(ChangeDetailsRequest) }], minProperties: 1 } })
  changeDetails(
    @Param('id', idPipe) id: string,
    @IfMatch() expected: ExpectedVersion,
    @Body() body: ChangeDetailsRequest,
    @Source() source: CommandSource,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<ProductResponse> {
    namesSomething(body);
    return this.#products.change('change-details', changeDetails, id, expected, body, source, reply);
  }

  @Put(':id/price')
  @product.changes('Set the price')
  changePrice(
    @Param('id', idPipe) id: string,
    @IfMatch() expected: ExpectedVersion,
    @Body() body: ChangePriceRequest,
    @Source() source: CommandSource,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<ProductResponse> {
    return this.#products.change('change-price', changePrice, id, expected, body, source, reply);
  }

  @Put(':id/category')
  @product.changes('Move to another category')
  changeCategory(
    @Param('id', idPipe) id: string,
    @IfMatch() expected: ExpectedVersion,
    @Body() body: ChangeCategoryRequest,
    @Source() source: CommandSource,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<ProductResponse> {
    return this.#products.change('change-category', changeCategory, id, expected, body, source, reply);
  }

  @Post(':id/stock-adjustments')
  @HttpCode(200)
  @product.changes('Add to or remove from the stock')
  @ApiProblem(409, 'There is not enough stock, or too much', 'insufficient-stock', 'stock-limit-exceeded')
  adjustStock(
    @Param('id', idPipe) id: string,
    @IfMatch() expected: ExpectedVersion,
    @Body() body: AdjustStockRequest,
    @Source() source: CommandSource,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<ProductResponse> {
    return this.#products.change('adjust-stock', adjustStock, id, expected, body, source, reply);
  }

  @Post(':id/publish')
  @HttpCode(200)
  @product.changes('Offer a draft')
  publish(
    @Param('id', idPipe) id: string,
    @IfMatch() expected: ExpectedVersion,
    @Source() source: CommandSource,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<ProductResponse> {
    return this.#products.change('publish', publish, id, expected, {}, source, reply);
  }

  @Post(':id/unpublish')
  @HttpCode(200)
  @product.changes('Withdraw a published product')
  unpublish(
    @Param('id', idPipe) id: string,
    @IfMatch() expected: ExpectedVersion,
    @Source() source: CommandSource,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<ProductResponse> {
    return this.#products.change('unpublish', unpublish, id, expected, {}, source, reply);
  }

  @Delete(':id')
  @product.changes('Delete permanently; the answer is the final state of the product')
  @ApiBody({ type: DeleteProductRequest, required: false })
  delete(
    @Param('id', idPipe) id: string,
    @IfMatch() expected: ExpectedVersion,
    @Body() body: DeleteProductRequest,
    @Source() source: CommandSource,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<ProductResponse> {
    return this.#products.change('delete', deleteProduct, id, expected, body, source, reply);
  }
}
