#!/bin/sh
# The shop's page: which task on which node answers, the greeting (a config), and what the api says (asked with a secret).
# Without the one or the other (hello.yml) the page is shorter.
printf 'Content-Type: text/plain\r\n\r\n'
echo "a page for $REMOTE_ADDR" >&2
echo "$SHOP_TASK on $SHOP_NODE"
[ ! -f /etc/shop/greeting ] || cat /etc/shop/greeting
[ -n "$SHOP_API" ] || exit 0
token=$(cat /run/secrets/api_token)
timeout 2 wget -q -O - --header "X-Shop-Token: $token" "$SHOP_API" 2>/dev/null || echo "The api at $SHOP_API does not answer."
