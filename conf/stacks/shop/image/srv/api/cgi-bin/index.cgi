#!/bin/sh
# The stock, for whoever shows the stack's secret.
if [ "$HTTP_X_SHOP_TOKEN" = "$(cat /run/secrets/api_token)" ]; then
  printf 'Content-Type: text/plain\r\n\r\n'
  echo "12 jars in stock, says $SHOP_TASK on $SHOP_NODE"
else
  printf 'Status: 403 Forbidden\r\nContent-Type: text/plain\r\n\r\nThe token is wrong.\n'
fi
