# A drill runs this on each machine of groups 2 and 3: the system has started, and no service has failed.
state=$(systemctl is-system-running --wait)
echo "$(hostname): $state"
[ "$state" = running ]
