import { applyDecorators } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiExtension } from '@nestjs/swagger';
import type { Declared } from '@reprise/access';

/** Marks a public operation until its document is finished. */
export const publicMark = 'x-public';

/**
 * Declares what a route needs, or that it is `public`. Each route of an application declares one of the two: what declares nothing
 * keeps the application from starting.
 */
export function Permit(needed: Declared): MethodDecorator {
  const route = RouteConfig({ permission: needed });
  return needed === 'public' ? applyDecorators(route, ApiExtension(publicMark, true)) : route;
}
