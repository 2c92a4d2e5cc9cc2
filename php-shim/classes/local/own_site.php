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
 * Whether the service works for this Moodle, or for another one.
 *
 * A copy of a site, as for tests, has the same settings as the real one: it must not tell the service what is so here.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class own_site {
    /** @var string What tasks say where it is another one. */
    public const SENTENCE = 'The service works for another Moodle, so it is told nothing. See the test of the connection.';

    /**
     * Tells whether the service works for this Moodle.
     *
     * @param array $info Result of get_site_info.
     * @return bool
     */
    public static function is_served(array $info): bool {
        global $CFG;
        return self::are_same((string) ($info['moodle_url'] ?? ''), $CFG->wwwroot);
    }

    /**
     * Tells whether two addresses are those of the same Moodle: beside the real one a copy may have another port or path.
     * Where something stands in front that encrypts, the service may know the scheme otherwise.
     *
     * @param string $one An address.
     * @param string $other An address.
     * @return bool
     */
    public static function are_same(string $one, string $other): bool {
        return self::place($one) === self::place($other);
    }

    /**
     * Returns what tells one Moodle from another.
     *
     * @param string $url Its address.
     * @return array Host, port where it is no usual one, and path.
     */
    private static function place(string $url): array {
        $port = (int) parse_url($url, PHP_URL_PORT);
        $path = rtrim((string) parse_url($url, PHP_URL_PATH), '/');
        return [activities::host($url), in_array($port, [80, 443], true) ? 0 : $port, $path];
    }
}
