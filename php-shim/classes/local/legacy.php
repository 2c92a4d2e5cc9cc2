<?php
// This file is part of Moodle - https://moodle.org/
//
// Moodle is free software: you can redistribute it and/or modify
// it under the terms of the GNU General Public License as published by
// the Free Software Foundation, either version 3 of the License, or
// (at your option) any later version.
//
// Moodle is distributed in the hope that it will be useful,
// but WITHOUT ANY WARRANTY; without even the implied warranty of
// MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the
// GNU General Public License for more details.
//
// You should have received a copy of the GNU General Public License
// along with Moodle.  If not, see <https://www.gnu.org/licenses/>.

namespace mod_lticontainer\local;

/**
 * What 1.6.3 has left behind that is of no use any more, and should not stay: passwords and tokens in clear.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class legacy {
    /** @var string Rows with a secret. */
    private const WITH_SECRET = "COALESCE(docker_pass, '') <> '' OR COALESCE(rpc_token, '') <> ''";

    /**
     * Tells how many instances hold one.
     *
     * @return int
     */
    public static function count_secrets(): int {
        global $DB;
        return $DB->count_records_select('lticontainer', self::WITH_SECRET);
    }

    /**
     * Removes them. The token of JupyterHub's API stays: it is in use.
     */
    public static function remove_secrets(): void {
        global $DB;
        foreach (['docker_pass', 'rpc_token'] as $column) {
            $DB->set_field_select('lticontainer', $column, '', self::WITH_SECRET);
        }
    }
}
