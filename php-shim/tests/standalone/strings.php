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

namespace mod_lticontainer\standalone;

use OutOfRangeException;

/**
 * Strings of the plugin, as Moodle would give them.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class strings {
    /** @var string The language of the reader. */
    public static string $language = 'en';

    /**
     * Returns a string.
     *
     * @param string $name Its name.
     * @param mixed $a What it takes.
     * @return string
     * @throws OutOfRangeException There is none of that name.
     */
    public static function get(string $name, mixed $a = null): string {
        $string = [];
        include(dirname(__DIR__, 2) . '/lang/' . self::$language . '/lticontainer.php');
        if (!isset($string[$name])) {
            throw new OutOfRangeException("There is no string $name");
        }
        $text = $string[$name];
        if (is_array($a) || is_object($a)) {
            foreach ((array) $a as $key => $value) {
                $text = str_replace('{$a->' . $key . '}', (string) $value, $text);
            }
            return $text;
        }
        return str_replace('{$a}', (string) $a, $text);
    }
}
