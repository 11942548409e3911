import type { SampleCommand } from '../catalogue/command.ts';

export interface ApiRequest {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: object;
}

/** The request of the product API that carries out a command. */
export function requestOf(command: SampleCommand, productId: string): ApiRequest {
  const product = `/v1/products/${productId}`;
  switch (command.name) {
    case 'create': {
      // The API chooses the id.
      const { productId: _chosenByTheApi, ...body } = command.data;
      return { method: 'POST', path: '/v1/products', body };
    }
    case 'change-details':
      return { method: 'PATCH', path: `${product}/details`, body: command.data };
    case 'change-price':
      return { method: 'PUT', path: `${product}/price`, body: command.data };
    case 'change-category':
      return { method: 'PUT', path: `${product}/category`, body: command.data };
    case 'adjust-stock':
      return { method: 'POST', path: `${product}/stock-adjustments`, body: command.data };
    case 'publish':
    case 'unpublish':
      return { method: 'POST', path: `${product}/${command.name}` };
    case 'delete':
      return { method: 'DELETE', path: product, body: command.data };
  }
}
