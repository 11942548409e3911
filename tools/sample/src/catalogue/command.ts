import {
  adjustStock,
  changeCategory,
  changeDetails,
  changePrice,
  createProduct,
  deleteProduct,
  publish,
  unpublish,
  type AdjustStock,
  type ChangeCategory,
  type ChangeDetails,
  type ChangePrice,
  type CommandContext,
  type CreateProduct,
  type Decision,
  type DeleteProduct,
  type NoData,
  type ProductState,
} from '@reprise/product-domain';

/** A command of the catalogue together with what it asks for. */
export type SampleCommand =
  | { readonly name: 'create'; readonly data: CreateProduct }
  | { readonly name: 'change-details'; readonly data: ChangeDetails }
  | { readonly name: 'change-price'; readonly data: ChangePrice }
  | { readonly name: 'change-category'; readonly data: ChangeCategory }
  | { readonly name: 'adjust-stock'; readonly data: AdjustStock }
  | { readonly name: 'publish'; readonly data: NoData }
  | { readonly name: 'unpublish'; readonly data: NoData }
  | { readonly name: 'delete'; readonly data: DeleteProduct };

/** What the aggregate says to a command. */
export function decide(
  state: ProductState | undefined,
  command: SampleCommand,
  context: CommandContext,
): Decision {
  switch (command.name) {
    case 'create':
      return createProduct(state, command.data, context);
    case 'change-details':
      return changeDetails(state, command.data, context);
    case 'change-price':
      return changePrice(state, command.data, context);
    case 'change-category':
      return changeCategory(state, command.data, context);
    case 'adjust-stock':
      return adjustStock(state, command.data, context);
    case 'publish':
      return publish(state, command.data, context);
    case 'unpublish':
      return unpublish(state, command.data, context);
    case 'delete':
      return deleteProduct(state, command.data, context);
  }
}
