/**
 * What others implement: {@link dev.carillon.core.spi.Broker brokers}, {@link
 * dev.carillon.core.spi.Protocol protocols}, {@link dev.carillon.core.spi.Authenticator
 * authenticators} and the {@link dev.carillon.core.spi.Outlet way to a socket}.
 */
package dev.carillon.core.spi;
