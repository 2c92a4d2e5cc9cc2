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

use mod_lticontainer\local\exception\service_exception;

/**
 * The content of a volume, on its way from the service to the browser.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class archive {
    /** @var array Types of the formats that are offered. */
    private const TYPES = ['zip' => 'application/zip', 'tar.gz' => 'application/gzip'];

    /** @var bool Whether anything has been sent to the browser. */
    private bool $isbegun = false;

    /**
     * Constructor.
     *
     * @param page $page The page, which keeps what goes wrong.
     * @param string $volume Full name of the volume.
     * @param string $format zip or tar.gz
     */
    public function __construct(
        private readonly page $page,
        private readonly string $volume,
        private readonly string $format,
    ) {
    }

    /**
     * Sends the archive and ends; returns where the service has none, and the page says why.
     *
     * Where it breaks off later the browser has a part, which no program unpacks: both formats end with a checksum or a
     * list of what is in them.
     */
    public function send(): void {
        if ((string) $this->page->instance->record->host === '') {
            $this->page->warn(get_string('nohost', 'mod_lticontainer'));
            return;
        }
        $which = ['volume' => $this->volume, 'format' => $this->format];
        $command = command::download('volumes/archive', $this->page->at_host() + $which);
        \core_php_time_limit::raise();
        try {
            client::from_settings()->download($command, $this->pass(...));
        } catch (service_exception $fault) {
            if (!$this->isbegun) {
                $this->page->warn($fault->sentence());
                return;
            }
            debugging("The archive of {$this->volume} broke off: {$fault->detail}", DEBUG_NORMAL);
        }
        exit;
    }

    /**
     * Hands on some bytes.
     *
     * @param array $headers Headers of the service.
     * @param string $bytes The bytes.
     */
    private function pass(array $headers, string $bytes): void {
        if (!$this->isbegun) {
            $this->begin($headers);
        }
        echo $bytes;
        flush();
    }

    /**
     * Sends the headers. Others of this session need not wait for the file.
     *
     * @param array $headers Headers of the service.
     */
    private function begin(array $headers): void {
        $this->isbegun = true;
        \core\session\manager::write_close();
        while (ob_get_level()) {
            ob_end_clean();
        }
        $named = array_change_key_case($headers)['content-disposition'] ?? '';
        $isname = preg_match('/filename="?([A-Za-z0-9_.-]+)/', is_string($named) ? $named : '', $found);
        header('Content-Type: ' . self::TYPES[$this->format]);
        header('Content-Disposition: attachment; filename="' . ($isname ? $found[1] : "volume.$this->format") . '"');
        header('X-Content-Type-Options: nosniff');
        header('Cache-Control: private, no-store');
        header('X-Accel-Buffering: no');
    }
}
